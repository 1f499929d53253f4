#include "procfs_build_id.h"

#include <elf.h>
#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <cstring>

namespace ethogram::procfs {

namespace {

// A program has about a dozen segments, and notes of a few hundred bytes.
constexpr size_t kMostSegments = 64;
constexpr size_t kMostNoteBytes = 64 * 1024;
// SHA-1 has 20 bytes, and nobody uses more than SHA-512 would.
constexpr size_t kMostIdBytes = 64;

template <typename T>
bool ReadAt(int fd, uint64_t offset, T& value) {
  return pread(fd, &value, sizeof value, static_cast<off_t>(offset)) ==
         static_cast<ssize_t>(sizeof value);
}

template <typename Header, typename Segment>
std::string ReadBuildIdOf(int fd) {
  Header header;
  if (!ReadAt(fd, 0, header) || header.e_phentsize != sizeof(Segment)) return {};
  for (size_t at = 0; at < header.e_phnum && at < kMostSegments; at++) {
    Segment segment;
    if (!ReadAt(fd, header.e_phoff + at * sizeof segment, segment)) return {};
    if (segment.p_type != PT_NOTE || segment.p_filesz > kMostNoteBytes) continue;
    std::string notes(segment.p_filesz, '\0');
    const ssize_t got = pread(fd, notes.data(), notes.size(), static_cast<off_t>(segment.p_offset));
    if (got <= 0) continue;
    const std::string id = BuildIdInNotes(std::string_view(notes).substr(0, static_cast<size_t>(got)));
    if (!id.empty()) return id;
  }
  return {};
}

constexpr uint8_t kOwnByteOrder = __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__ ? ELFDATA2LSB : ELFDATA2MSB;

}  // namespace

std::string BuildIdInNotes(std::string_view notes) {
  constexpr size_t kHeader = 3 * sizeof(uint32_t);
  const auto padded = [](size_t bytes) { return (bytes + 3) & ~size_t{3}; };
  while (notes.size() >= kHeader) {
    uint32_t name_bytes, id_bytes, type;
    memcpy(&name_bytes, notes.data(), sizeof name_bytes);
    memcpy(&id_bytes, notes.data() + 4, sizeof id_bytes);
    memcpy(&type, notes.data() + 8, sizeof type);
    notes.remove_prefix(kHeader);
    const size_t name_room = padded(name_bytes);
    if (name_room > notes.size() || id_bytes > notes.size() - name_room) return {};
    const bool is_gnu = notes.substr(0, name_bytes) == std::string_view("GNU\0", 4);
    if (is_gnu && type == NT_GNU_BUILD_ID && id_bytes <= kMostIdBytes) {
      static const char digits[] = "0123456789abcdef";
      std::string id;
      for (const char byte : notes.substr(name_room, id_bytes)) {
        id += digits[static_cast<uint8_t>(byte) >> 4];
        id += digits[static_cast<uint8_t>(byte) & 15];
      }
      return id;
    }
    notes.remove_prefix(std::min(notes.size(), name_room + padded(id_bytes)));
  }
  return {};
}

std::string ReadBuildId(int directory_fd, const char* path) {
  const int fd = openat(directory_fd, path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (fd < 0) return {};
  std::string id;
  unsigned char ident[EI_NIDENT];
  if (ReadAt(fd, 0, ident) && memcmp(ident, ELFMAG, SELFMAG) == 0 &&
      ident[EI_DATA] == kOwnByteOrder) {
    if (ident[EI_CLASS] == ELFCLASS64) id = ReadBuildIdOf<Elf64_Ehdr, Elf64_Phdr>(fd);
    if (ident[EI_CLASS] == ELFCLASS32) id = ReadBuildIdOf<Elf32_Ehdr, Elf32_Phdr>(fd);
  }
  close(fd);
  return id;
}

}  // namespace ethogram::procfs
