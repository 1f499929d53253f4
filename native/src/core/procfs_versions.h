// Which file an executable is, and whether it is the one of yesterday.
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <tuple>

namespace ethogram::procfs {

// Which file an executable is: another one under the same path is a new version of it.
struct FileVersion {
  uint64_t device;
  uint64_t inode;
  int64_t modified_ns;
  std::string build_id;  // empty where it has none
  bool operator<(const FileVersion& other) const {
    return std::tie(device, inode, modified_ns) <
           std::tie(other.device, other.inode, other.modified_ns);
  }
};

// Remembers the versions that it met, since reading a build id takes four calls.
class FileVersions {
 public:
  // Of the executable of a process; nothing where it is no regular file that can be looked at.
  std::optional<FileVersion> Of(int process_fd);
  size_t size() const { return known_.size(); }

 private:
  std::set<FileVersion> known_;
};

}  // namespace ethogram::procfs
