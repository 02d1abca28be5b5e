// Counts calls of malloc, calloc and realloc of the whole process by standing in front of glibc's.

#ifndef ALLOCATION_COUNT_H
#define ALLOCATION_COUNT_H

/// Allocations since the process started, on all threads.
unsigned long allocation_count(void);

#endif
