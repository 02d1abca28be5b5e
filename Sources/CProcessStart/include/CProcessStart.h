// What every program of ours makes sure of before its libraries are initialised: that descriptors 0 to 2 are open, that
// signals which mean nothing to it do not end it, and that the system has the few files and threads that Swift's runtime
// aborts or waits for ever without. Linking this target is all that is needed.
#ifndef SML_CPROCESSSTART_H
#define SML_CPROCESSSTART_H

// Opens what is closed of descriptors 0 to 2. Does its work once.
void sml_open_standard_descriptors(void);

// Whether this process is a test bundle, which holds our programs too and must keep its own signals and limits.
int sml_is_test_bundle(int argc, char **argv);

// Calls `each` for every signal that would end the process by default and asks for nothing: SIGUSR1, SIGALRM and so on.
void sml_each_idle_signal(void (*each)(int number));

// How many threads of `count` can exist at once beside those that do: they are made, and end again.
int sml_threads_available(int count);

// A descriptor that is readable once process `id` has ended; -1 and errno: ESRCH when there is none, ENOSYS before
// Linux 5.3.
int sml_process_descriptor(int id);

// Sends this process SIGTERM once process `id` has ended. Returns 0, or the error for want of a thread.
int sml_terminate_after(int id);

// Whether the system gives a descriptor to read signals from. Without one Dispatch hears of none, and does not say so.
int sml_signals_can_be_read(void);

#endif
