#include "procfs_capabilities.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <vector>

namespace ethogram::procfs {

namespace {

// glibc runs setuid in all threads by a signal of its own, the only one that no thread can block:
// Node has threads that block all others. Ours borrows it for a moment.
constexpr int kSetxidSignal = 33;

// As the kernel has it, which glibc hides: it does not let anybody near this signal.
struct KernelAction {
  void (*handler)(int);
  unsigned long flags;
  void (*restorer)();
  std::uint64_t mask;
};

int Act(const KernelAction* now, KernelAction* before) {
  return static_cast<int>(
      syscall(SYS_rt_sigaction, kSetxidSignal, now, before, sizeof(KernelAction::mask)));
}

std::atomic<std::uint64_t> kept_mask;
static_assert(std::atomic<std::uint64_t>::is_always_lock_free, "read in a signal handler");

// Runs in each thread, as a signal handler: system calls only.
void GiveUpHere(int) {
  const int error = errno;
  const std::uint64_t keep = kept_mask.load();
  prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
  __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
  __user_cap_data_struct data[2] = {};
  if (syscall(SYS_capget, &header, data) == 0) {
    for (int word = 0; word < 2; word++) {
      data[word].permitted &= static_cast<std::uint32_t>(keep >> 32 * word);
      data[word].effective = data[word].permitted;
      data[word].inheritable = 0;
    }
    syscall(SYS_capset, &header, data);
  }
  errno = error;
}

std::vector<pid_t> Threads() {
  std::vector<pid_t> threads;
  DIR* folder = opendir("/proc/self/task");
  if (folder == nullptr) return threads;
  while (const dirent* entry = readdir(folder)) {
    if (const int thread = atoi(entry->d_name); thread > 0) threads.push_back(thread);
  }
  closedir(folder);
  return threads;
}

// Whether a thread still has more than `keep`; a thread that has ended has nothing.
bool HasMore(pid_t thread, std::uint64_t keep) {
  const std::string path = "/proc/self/task/" + std::to_string(thread) + "/status";
  const int file = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0) return false;
  char text[8192];
  const ssize_t size = read(file, text, sizeof(text));
  close(file);
  if (size <= 0) return false;
  ThreadStatus status;
  if (!ParseThreadStatus(std::string(text, static_cast<std::size_t>(size)), &status)) return true;
  return (status.capabilities & ~keep) != 0 || !status.no_new_privileges;
}

}  // namespace

bool ParseThreadStatus(const std::string& text, ThreadStatus* status) {
  int found = 0;
  for (std::size_t start = 0; start < text.size();) {
    const std::size_t end = std::min(text.find('\n', start), text.size());
    const std::string line = text.substr(start, end - start);
    const std::string value = line.substr(line.find(':') + 1);
    start = end + 1;
    for (const char* set : {"CapInh:", "CapPrm:", "CapEff:", "CapAmb:"}) {
      if (line.rfind(set, 0) != 0) continue;
      status->capabilities |= strtoull(value.c_str(), nullptr, 16);
      found++;
    }
    if (line.rfind("NoNewPrivs:", 0) != 0) continue;
    status->no_new_privileges = atoi(value.c_str()) == 1;
    found++;
  }
  return found == 5;
}

bool KeepCapabilities(std::uint64_t keep, std::string* reason) {
  kept_mask = keep;
  GiveUpHere(0);
  KernelAction before;
  if (Act(nullptr, &before) != 0 || before.handler == nullptr) {
    // No thread but this one was ever started, or this is not glibc.
    if (Threads().size() == 1 && !HasMore(static_cast<pid_t>(syscall(SYS_gettid)), keep)) return true;
    *reason = "the C library has no signal that reaches every thread";
    return false;
  }
  KernelAction ours = before;
  ours.handler = GiveUpHere;
  Act(&ours, nullptr);
  bool done = false;
  for (int round = 0; round < 5000 && !done; round++) {
    done = true;
    for (const pid_t thread : Threads()) {
      if (!HasMore(thread, keep)) continue;
      done = false;
      syscall(SYS_tgkill, getpid(), thread, kSetxidSignal);
    }
    const timespec while_they_run = {0, 1'000'000};
    if (!done) nanosleep(&while_they_run, nullptr);
  }
  Act(&before, nullptr);
  if (!done) *reason = "a thread kept capabilities";
  return done;
}

}  // namespace ethogram::procfs
