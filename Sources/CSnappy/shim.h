// libsnappy's C interface. Remote write bodies are raw snappy blocks; the library's own header is all we need.
#ifndef SML_CSNAPPY_SHIM_H
#define SML_CSNAPPY_SHIM_H

#include <snappy-c.h>

#endif
