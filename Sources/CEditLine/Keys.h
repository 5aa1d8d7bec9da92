#pragma once

#include "CEditLine.h"

#include <histedit.h>

/// Runs a command of the shell; returns libedit's next step.
unsigned char vms_run(EditLine *line, vms_command command);

/// Adds the shell's commands, and binds the keys of the shell and the user's ~/.editrc.
void vms_bind_keys(EditLine *line);
