#include "procfs_unix_peers.h"

#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <linux/sock_diag.h>
#include <linux/unix_diag.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace ethogram::procfs {

namespace {

struct Request {
  nlmsghdr header;
  unix_diag_req body;
};

bool SendRequest(int fd) {
  Request request{};
  request.header.nlmsg_len = sizeof request;
  request.header.nlmsg_type = SOCK_DIAG_BY_FAMILY;
  request.header.nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
  request.body.sdiag_family = AF_UNIX;
  request.body.udiag_states = ~0u;
  request.body.udiag_show = UDIAG_SHOW_PEER;
  return send(fd, &request, sizeof request, 0) == static_cast<ssize_t>(sizeof request);
}

// The peer that an answer names; 0 where the socket has none.
uint32_t PeerIn(const nlmsghdr* header) {
  const auto* message = static_cast<const unix_diag_msg*>(NLMSG_DATA(header));
  auto left = static_cast<unsigned>(header->nlmsg_len - NLMSG_LENGTH(sizeof *message));
  const auto* attribute = reinterpret_cast<const rtattr*>(message + 1);
  for (; RTA_OK(attribute, left); attribute = RTA_NEXT(attribute, left)) {
    if (attribute->rta_type != UNIX_DIAG_PEER) continue;
    uint32_t peer = 0;
    memcpy(&peer, RTA_DATA(attribute), sizeof peer);
    return peer;
  }
  return 0;
}

}  // namespace

std::vector<std::pair<uint32_t, uint32_t>> ReadUnixPeers() {
  std::vector<std::pair<uint32_t, uint32_t>> peers;
  const int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_SOCK_DIAG);
  if (fd < 0) return peers;
  alignas(nlmsghdr) char buffer[32768];
  bool more = SendRequest(fd);
  while (more) {
    const ssize_t received = recv(fd, buffer, sizeof buffer, 0);
    if (received < 0 && errno == EINTR) continue;
    if (received <= 0) break;
    auto left = static_cast<unsigned>(received);
    const auto* header = reinterpret_cast<const nlmsghdr*>(buffer);
    for (; NLMSG_OK(header, left); header = NLMSG_NEXT(header, left)) {
      if (header->nlmsg_type == NLMSG_DONE || header->nlmsg_type == NLMSG_ERROR) {
        more = false;
        break;
      }
      if (header->nlmsg_len < NLMSG_LENGTH(sizeof(unix_diag_msg))) continue;
      const auto* message = static_cast<const unix_diag_msg*>(NLMSG_DATA(header));
      if (const uint32_t peer = PeerIn(header)) peers.emplace_back(message->udiag_ino, peer);
    }
  }
  close(fd);
  return peers;
}

}  // namespace ethogram::procfs
