// The programs in the kernel: probed, loaded, attached, and detached at the end.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "ebpf_sizes.h"

struct bpf_prog_info;
struct ethogram_bpf;

namespace ethogram::ebpf {

struct ProgramOptions {
  std::uint64_t budget_bytes = SizeOptions().budget_bytes;
  std::uint32_t pid_max = SizeOptions().pid_max;
  std::uint32_t ring_bytes = 0;    // a power of two, at least a page; 0: what the budget allows
  bool latency = false;            // measure how long calls take, too
  std::uint32_t fail_storage = 0;  // for tests: every so many attempts to make counters fail
  std::string refuse;              // for tests: a program that no kernel takes
};

// An error of the system in words: `what: No such file or directory`.
std::string Describe(const std::string& what, int error);

// Attached from `Attach` to destruction.
class Programs {
 public:
  // Returns nothing and says why in `reason` where the kernel or our rights do not allow it.
  static std::unique_ptr<Programs> Load(const ProgramOptions& options, std::string* reason);
  bool Attach(std::string* reason);

  ethogram_bpf* operator->() const { return skeleton_.get(); }
  const MapSizes& sizes() const { return sizes_; }
  std::uint64_t MapBytes() const;
  // Programs that this kernel has no place for, or refused, and those of no use without them.
  const std::vector<std::string>& missing() const { return missing_; }
  // Those that it refused though it has a place for them, and what it said.
  const std::map<std::string, std::string>& refused() const { return refused_; }
  // Instructions that the verifier went through for each program loaded; 0 before Linux 5.16.
  std::map<std::string, std::uint32_t> VerifiedInstructions() const;
  // Runs that the kernel skipped so far, because the program was running already.
  std::uint64_t MissedRuns() const;

 private:
  struct SkeletonDeleter {
    void operator()(ethogram_bpf* skeleton) const;
  };

  bool TryLoad(const ProgramOptions& options, std::string* reason);
  bool LeaveOutRefused(const std::string& said);
  void SetSizes(const ProgramOptions& options);
  void LeaveOutMissing(bool latency);
  void ForEachLoaded(const std::function<void(const bpf_prog_info&)>& look) const;

  std::unique_ptr<ethogram_bpf, SkeletonDeleter> skeleton_;
  std::vector<std::string> missing_;
  std::map<std::string, std::string> refused_;
  MapSizes sizes_;
  int load_error_ = 0;
};

}  // namespace ethogram::ebpf
