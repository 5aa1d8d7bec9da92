#pragma once

#include "CEditLine.h"

#include <histedit.h>

/// Has the shell run a command; what libedit is to do then.
unsigned char vms_run(EditLine *line, vms_command command);

/// Adds the shell's commands, and binds the keys that the shell and the user's ~/.editrc ask for.
void vms_bind_keys(EditLine *line);
