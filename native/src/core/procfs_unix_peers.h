// Who is connected to whom over unix sockets; procfs itself does not tell.
#pragma once

#include <cstdint>
#include <utility>
#include <vector>

namespace ethogram::procfs {

// The inodes of connected unix sockets of our own network namespace, each with its peer's, by
// sock_diag(7). Needs no rights. Empty where the kernel has no unix_diag.
std::vector<std::pair<uint32_t, uint32_t>> ReadUnixPeers();

}  // namespace ethogram::procfs
