// Catches the signals that ask a process to end, and those that would end it by default and ask for nothing, from
// before any library is initialised, and keeps them until the program reads them. Linking this target is all that is
// needed.
#ifndef SML_CEARLYSIGNALS_H
#define SML_CEARLYSIGNALS_H

// A non-blocking descriptor with one byte, the number, for each signal so far; -1 in a test bundle.
int sml_early_signals(void);

#endif
