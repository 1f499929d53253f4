// Gives up capabilities in every thread of this process: what prctl and capset do for one only.
#pragma once

#include <cstdint>
#include <string>

namespace ethogram::procfs {

// Leaves every thread with no capabilities but those of `keep` (a mask by bit), none of which can
// be handed on or gained again by running a program (no_new_privs; see capabilities(7)). Threads
// that other threads start meanwhile are caught too. Returns false and says why in `reason` where
// a thread kept more. Blocks for some milliseconds, five seconds at most.
bool KeepCapabilities(std::uint64_t keep, std::string* reason);

// What the status of a thread says (proc(5)).
struct ThreadStatus {
  std::uint64_t capabilities = 0;  // inheritable, permitted, effective and ambient, together
  bool no_new_privileges = false;
};

// Reads the text of /proc/PID/task/TID/status; false where a line is missing.
bool ParseThreadStatus(const std::string& text, ThreadStatus* status);

}  // namespace ethogram::procfs
