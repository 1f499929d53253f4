/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* Keeps the flows: what is sent and received, and when TCP connections open and close. */
#pragma once

#define TCP_ESTABLISHED 1
#define TCP_SYN_SENT 2
#define TCP_SYN_RECV 3
#define TCP_CLOSE 7
#define TCP_LISTEN 10

struct socket_address {
  u16 family;
  __be16 port;
  u32 flow_or_ipv4;
  u8 ipv6[16];
};

/* Where an unconnected socket just sent to, from the arguments of the running call. */
static void read_destination(struct task_struct *task, struct flow_key *key)
{
  struct pt_regs *regs = (struct pt_regs *)bpf_task_pt_regs(task);
  struct socket_address address = {};
  void *user = 0;
  int nr = CALL_NUMBER(regs);
  if (nr == NR_SENDTO)
    user = (void *)SENDTO_ADDRESS(regs);
  else if (nr == NR_SENDMSG || nr == NR_SENDMMSG) /* of several messages the first stands for all */
    bpf_probe_read_user(&user, sizeof(user), (void *)SENDMSG_HEADER(regs));
  if (!user || bpf_probe_read_user(&address, 8, user))
    return;
  if (address.family == AF_INET) {
    map_ipv4(key->remote, address.flow_or_ipv4);
  } else if (address.family == AF_INET6) {
    if (bpf_probe_read_user(key->remote, 16, user + 8))
      return;
  } else {
    return;
  }
  key->remote_port = port_of(address.port);
}

/* The first time that a socket is used, or each time where its datagrams go where they are told. */
static __noinline struct flow *flow_at_first(struct sock *sk, struct task_struct *task, bool sends)
{
  u16 kind = flow_kind(sk);
  if (!kind)
    return 0;
  struct flow_key key = { .cookie = bpf_get_socket_cookie(sk) };
  if (kind == FLOW_UDP && sends && !sk->__sk_common.skc_dport)
    read_destination(task, &key);
  struct flow *flow = find_flow(&key);
  return flow ? flow : add_flow(sk, &key, kind, 0);
}

/* A hot path: the fields are read as they are, and a socket that was met is found by its cookie. */
static __always_inline struct flow *flow_in_use(struct sock *sk, bool sends)
{
  struct task_struct *task = bpf_get_current_task_btf();
  u64 cookie = sk->__sk_common.skc_cookie.counter;
  struct flow *flow = cookie ? bpf_map_lookup_elem(&flows, &cookie) : 0;
  bool is_udp = flow && flow->kind == FLOW_UDP;
  if (!flow || (is_udp && sends && !sk->__sk_common.skc_dport))
    flow = flow_at_first(sk, task, sends);
  else if (is_udp)
    follow_peer(sk, flow);
  if (flow && !owns(flow, task))
    own(flow, task);
  return flow;
}

SEC("tp_btf/sock_send_length")
int BPF_PROG(on_send, struct sock *sk, int length)
{
  if (length < 0)
    return 0;
  struct flow *flow = flow_in_use(sk, true);
  if (!flow)
    return 0;
  __sync_fetch_and_add(&flow->sent_bytes, length);
  __sync_fetch_and_add(&flow->sent, 1);
  return 0;
}

SEC("tp_btf/sock_recv_length")
int BPF_PROG(on_receive, struct sock *sk, int length, int flags)
{
  if (length < 0 || flags & 2 /* MSG_PEEK */)
    return 0;
  struct flow *flow = flow_in_use(sk, false);
  if (!flow)
    return 0;
  __sync_fetch_and_add(&flow->received_bytes, length);
  __sync_fetch_and_add(&flow->received, 1);
  return 0;
}

SEC("tp_btf/inet_sock_set_state")
int BPF_PROG(on_state, struct sock *sk, int before, int after)
{
  if (after != TCP_SYN_SENT && after != TCP_ESTABLISHED && after != TCP_CLOSE)
    return 0;
  if (flow_kind(sk) != FLOW_TCP)
    return 0;
  struct flow_key key = { .cookie = bpf_get_socket_cookie(sk) };
  struct flow *flow = find_flow(&key);
  if (after == TCP_CLOSE) {
    if (flow)
      flow->flags |= FLOW_CLOSED;
    return 0;
  }
  if (!flow) {
    u16 role = after == TCP_SYN_SENT    ? FLOW_INITIATOR
               : before == TCP_SYN_RECV ? FLOW_ACCEPTOR
                                        : 0;
    flow = add_flow(sk, &key, FLOW_TCP, role);
  }
  if (!flow)
    return 0;
  if (after == TCP_SYN_SENT)
    own(flow, bpf_get_current_task_btf()); /* in the caller; later states come from anywhere */
  else
    read_addresses(sk, flow);
  return 0;
}
