// The programs in the kernel: probed, loaded, attached, and detached at the end.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

struct bpf_prog_info;
struct ethogram_bpf;

namespace ethogram::ebpf {

struct ProgramOptions {
  std::uint32_t ring_bytes = 4u << 20;  // a power of two, at least a page
  bool latency = false;                 // measure how long calls take, too
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
  // Programs that this kernel has no place for, or refused.
  const std::vector<std::string>& missing() const { return missing_; }
  // Instructions that the verifier went through for each program loaded; 0 before Linux 5.16.
  std::map<std::string, std::uint32_t> VerifiedInstructions() const;
  // Runs that the kernel skipped so far, because the program was running already.
  std::uint64_t MissedRuns() const;

 private:
  struct SkeletonDeleter {
    void operator()(ethogram_bpf* skeleton) const;
  };

  bool TryLoad(const ProgramOptions& options, bool essential_only, std::string* reason);
  void LeaveOutMissing(bool essential_only, bool latency);
  void ForEachLoaded(const std::function<void(const bpf_prog_info&)>& look) const;

  std::unique_ptr<ethogram_bpf, SkeletonDeleter> skeleton_;
  std::vector<std::string> missing_;
};

}  // namespace ethogram::ebpf
