#include "ebpf_names.h"

#include <string.h>

#include <algorithm>
#include <tuple>

namespace ethogram::ebpf {

namespace {

// Batches after which an identity nobody used is forgotten.
constexpr std::uint64_t kForgetAfter = 600;
// Paths kept; the kernel side keeps half as many.
constexpr std::size_t kMostPaths = 16384;

// Leaf to root, each part ended by a zero byte → a path.
std::string Reverse(const char* text, std::size_t length) {
  std::vector<std::string> parts;
  for (std::size_t at = 0; at < length;) {
    const std::size_t size = strnlen(text + at, length - at);
    if (size > 0) parts.emplace_back(text + at, size);
    at += size + 1;
  }
  std::string path;
  for (auto part = parts.rbegin(); part != parts.rend(); ++part) path += "/" + *part;
  return path.empty() ? "/" : path;
}

template <typename Map>
void DropOldest(Map& paths) {
  if (paths.size() <= kMostPaths) return;
  std::vector<std::uint64_t> used;
  for (const auto& entry : paths) used.push_back(entry.second.last_used);
  std::nth_element(used.begin(), used.begin() + used.size() / 2, used.end());
  const std::uint64_t median = used[used.size() / 2];
  for (auto entry = paths.begin(); entry != paths.end();) {
    entry = entry->second.last_used < median ? paths.erase(entry) : std::next(entry);
  }
}

}  // namespace

bool Names::Key::operator<(const Key& other) const {
  return std::tie(cgroup, exe, uid, comm, kernel_thread) <
         std::tie(other.cgroup, other.exe, other.uid, other.comm, other.kernel_thread);
}

void Names::TakePath(const wire::path_record& record, const char* text) {
  Path path{Reverse(text, record.length), record.inode, record.device, record.modified_s, batches_};
  if (record.kind == wire::RECORD_CGROUP) {
    cgroups_[record.cgroup] = std::move(path);
  } else {
    executables_[record.id] = std::move(path);
  }
}

std::uint32_t Names::Identify(const wire::identity& identity, bool kernel_thread) {
  const bool in_kernel = kernel_thread || (identity.exe & KERNEL_THREAD) != 0;
  Key key{identity.cgroup, identity.exe & ~KERNEL_THREAD, identity.uid, {}, in_kernel};
  const std::size_t length = strnlen(identity.comm, sizeof(identity.comm));
  std::copy_n(identity.comm, length, key.comm.begin());
  const auto [entry, inserted] = identities_.try_emplace(key, last_identity_ + 1);
  if (inserted) {
    last_identity_++;
    fresh_.push_back(key);
  }
  last_used_[entry->second] = batches_;
  return entry->second;
}

Facts Names::FactsOf(const Key& key) {
  Facts facts;
  facts.identity = identities_[key];
  facts.comm.assign(key.comm.data(), strnlen(key.comm.data(), key.comm.size()));
  facts.uid = key.uid;
  facts.kernel_thread = key.kernel_thread;
  facts.own = (key.exe & OWN_PROCESS) != 0;
  if (const auto path = executables_.find(key.exe & EXECUTABLE_ID); path != executables_.end()) {
    facts.executable = path->second.text;
    facts.inode = path->second.inode;
    facts.device = path->second.device;
    facts.modified_s = path->second.modified_s;
    path->second.last_used = batches_;
  }
  if (const auto path = cgroups_.find(key.cgroup); path != cgroups_.end()) {
    facts.cgroup = path->second.text;
    path->second.last_used = batches_;
  }
  return facts;
}

void Names::Forget(std::vector<std::uint32_t>* retired) {
  for (auto entry = identities_.begin(); entry != identities_.end();) {
    const auto used = last_used_.find(entry->second);
    if (used != last_used_.end() && used->second + kForgetAfter >= batches_) {
      ++entry;
      continue;
    }
    retired->push_back(entry->second);
    last_used_.erase(entry->second);
    entry = identities_.erase(entry);
  }
  DropOldest(executables_);
  DropOldest(cgroups_);
}

void Names::Take(std::vector<Facts>* facts, std::vector<std::uint32_t>* retired) {
  for (const Key& key : fresh_) facts->push_back(FactsOf(key));
  fresh_.clear();
  batches_++;
  if (batches_ % kForgetAfter == 0) Forget(retired);
}

}  // namespace ethogram::ebpf
