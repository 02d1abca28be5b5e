// libyaml, YAML's reference parser in C and the one under SML's own (PyYAML).
#ifndef SML_CYAML_SHIM_H
#define SML_CYAML_SHIM_H

#include <yaml.h>

#endif
