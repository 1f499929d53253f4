// Who the kernel side means by its small ids: identities, and the texts that name them.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <unordered_map>
#include <vector>

#include "records.h"

namespace ethogram::ebpf {

// What a process is named by. Tasks with equal facts share a row.
struct Facts {
  std::uint32_t identity = 0;  // counts up; an identity is never numbered anew
  std::string executable;      // absolute path; empty for kernel threads and where it is unknown
  std::string cgroup;          // path within its hierarchy
  std::string comm;
  std::uint32_t uid = 0;
  bool kernel_thread = false;
  bool own = false;  // the collector's
  std::uint64_t inode = 0;
  std::uint32_t device = 0;
  std::int64_t modified_s = 0;
};

// Numbers identities, and keeps the texts behind ids for as long as somebody uses them.
class Names {
 public:
  // Takes in the text behind an id: `length` bytes, parts from the leaf to the root.
  void TakePath(const wire::path_record& record, const char* text);
  // The number of an identity, a new one where it was not met before. A kernel thread is one that
  // is said to be, here or by the identity itself.
  std::uint32_t Identify(const wire::identity& identity, bool kernel_thread);
  // Keeps an identity from being forgotten.
  void Use(std::uint32_t identity) { last_used_[identity] = batches_; }
  // Ends a batch: adds the facts of identities first met in it, and, from time to time, those
  // that nobody used for 600 batches and that will not come again under their number.
  void Take(std::vector<Facts>* facts, std::vector<std::uint32_t>* retired);

 private:
  // The text behind an id of the kernel side.
  struct Path {
    std::string text;
    std::uint64_t inode = 0;
    std::uint32_t device = 0;
    std::int64_t modified_s = 0;
    std::uint64_t last_used = 0;  // number of a batch
  };
  // What makes an identity: the ids, whose texts may come later than the first totals.
  struct Key {
    std::uint64_t cgroup;
    std::uint32_t exe;
    std::uint32_t uid;
    std::array<char, 16> comm;
    bool kernel_thread;
    bool operator<(const Key& other) const;
  };

  Facts FactsOf(const Key& key);
  void Forget(std::vector<std::uint32_t>* retired);

  std::unordered_map<std::uint32_t, Path> executables_;  // by id
  std::unordered_map<std::uint64_t, Path> cgroups_;      // by id
  std::map<Key, std::uint32_t> identities_;
  std::unordered_map<std::uint32_t, std::uint64_t> last_used_;  // identity to number of a batch
  std::vector<Key> fresh_;
  std::uint32_t last_identity_ = 0;
  std::uint64_t batches_ = 0;
};

}  // namespace ethogram::ebpf
