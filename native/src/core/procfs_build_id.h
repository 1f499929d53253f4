// The identity that a linker gave an executable: it survives copying, and a rebuild changes it.
#pragma once

#include <string>
#include <string_view>

namespace ethogram::procfs {

// The GNU build id of the ELF file `path` under `directory_fd`, in hexadecimal. Empty where there
// is none, or the file is no ELF of this machine's byte order, or may not be read.
std::string ReadBuildId(int directory_fd, const char* path);

// The build id in the content of a note segment; empty where there is none.
std::string BuildIdInNotes(std::string_view notes);

}  // namespace ethogram::procfs
