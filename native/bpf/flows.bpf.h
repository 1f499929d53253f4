/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * Who talks to whom: one entry per connection and end, with what it sent and received. Entries
 * outlive their sockets, so that a connection that is opened and closed between two ticks is
 * seen; user space deletes them once they are read.
 */
#pragma once

#define AF_UNIX 1
#define AF_INET 2
#define AF_INET6 10
#define IPPROTO_TCP 6
#define IPPROTO_UDP 17
#define BIND_LOCKS 12 /* SOCK_BINDADDR_LOCK, SOCK_BINDPORT_LOCK */

/* One entry for each socket, by its cookie: a key of eight bytes is what a hash finds fastest. */
struct {
  __uint(type, BPF_MAP_TYPE_HASH);
  __uint(map_flags, BPF_F_NO_PREALLOC);
  __uint(max_entries, 32768); /* user space sets what fits its budget */
  __type(key, u64);
  __type(value, struct flow);
} flows SEC(".maps");

/* And one for each address that a socket without a connection sends to. */
struct {
  __uint(type, BPF_MAP_TYPE_HASH);
  __uint(map_flags, BPF_F_NO_PREALLOC);
  __uint(max_entries, 8192); /* the same */
  __type(key, struct flow_key);
  __type(value, struct flow);
} datagrams SEC(".maps");

struct listener_key {
  u32 net;
  u32 port;
};

struct {
  __uint(type, BPF_MAP_TYPE_LRU_HASH);
  __uint(max_entries, 4096);
  __type(key, struct listener_key);
  __type(value, u32);
} listeners SEC(".maps");

__u64 flow_census = 0; /* number of the iteration under way, set by user space */
__u64 lost_flows = 0;  /* the map was full */

static void map_ipv4(u8 *address, u32 ipv4)
{
  __builtin_memset(address, 0, 10);
  address[10] = 0xff;
  address[11] = 0xff;
  __builtin_memcpy(&address[12], &ipv4, 4);
}

static u32 namespace_of(struct sock *sk)
{
  return BPF_CORE_READ(sk, __sk_common.skc_net.net, ns.inum);
}

static u32 port_of(u16 network_order)
{
  return __builtin_bswap16(network_order);
}

/* Fills in the addresses; they are complete once a connection is established. */
static void read_addresses(struct sock *sk, struct flow *flow)
{
  u16 family = BPF_CORE_READ(sk, __sk_common.skc_family);
  flow->local_port = BPF_CORE_READ(sk, __sk_common.skc_num);
  flow->remote_port = port_of(BPF_CORE_READ(sk, __sk_common.skc_dport));
  if (family == AF_INET) {
    map_ipv4(flow->local, BPF_CORE_READ(sk, __sk_common.skc_rcv_saddr));
    map_ipv4(flow->remote, BPF_CORE_READ(sk, __sk_common.skc_daddr));
  } else if (family == AF_INET6) {
    bpf_probe_read_kernel(flow->local, 16, &sk->__sk_common.skc_v6_rcv_saddr);
    bpf_probe_read_kernel(flow->remote, 16, &sk->__sk_common.skc_v6_daddr);
  }
}

static u16 flow_kind(struct sock *sk)
{
  u16 family = BPF_CORE_READ(sk, __sk_common.skc_family);
  if (family == AF_UNIX)
    return FLOW_UNIX;
  if (family != AF_INET && family != AF_INET6)
    return 0;
  u16 protocol = BPF_CORE_READ(sk, sk_protocol);
  return protocol == IPPROTO_TCP ? FLOW_TCP : protocol == IPPROTO_UDP ? FLOW_UDP : 0;
}

static void describe_unix(struct sock *sk, struct flow *flow)
{
  struct unix_sock *socket = (struct unix_sock *)sk;
  flow->peer = (u64)BPF_CORE_READ(socket, peer);
  flow->peer_tgid = BPF_CORE_READ(sk, sk_peer_pid, numbers[0].nr);
  flow->flags |= BPF_CORE_READ(socket, addr) ? FLOW_ACCEPTOR : FLOW_INITIATOR;
}

static void describe_udp(struct sock *sk, struct flow *flow)
{
  /* Who chose an address or a port is called; who was given them calls. */
  u32 locks = BPF_CORE_READ_BITFIELD_PROBED(sk, sk_userlocks);
  flow->flags |= locks & BIND_LOCKS ? FLOW_ACCEPTOR : FLOW_INITIATOR;
}

static struct flow *find_flow(const struct flow_key *key)
{
  if (key->remote_port)
    return bpf_map_lookup_elem(&datagrams, key);
  return bpf_map_lookup_elem(&flows, &key->cookie);
}

static struct flow *add_flow(struct sock *sk, struct flow_key *key, u16 kind, u16 flags)
{
  struct flow fresh = { .kind = kind, .flags = flags };
  fresh.socket = (u64)sk;
  fresh.census = flow_census;
  if (kind == FLOW_UNIX) {
    describe_unix(sk, &fresh);
  } else {
    fresh.net = namespace_of(sk);
    read_addresses(sk, &fresh);
    if (kind == FLOW_UDP)
      describe_udp(sk, &fresh);
    if (key->remote_port) {
      fresh.remote_port = key->remote_port;
      __builtin_memcpy(fresh.remote, key->remote, 16);
    }
  }
  long failed = key->remote_port ? bpf_map_update_elem(&datagrams, key, &fresh, BPF_NOEXIST)
                                 : bpf_map_update_elem(&flows, &key->cookie, &fresh, BPF_NOEXIST);
  struct flow *flow = find_flow(key);
  if (!flow && failed)
    __sync_fetch_and_add(&lost_flows, 1);
  return flow;
}

/* A datagram socket may be connected long after it was met, and again to somebody else. */
static void follow_peer(struct sock *sk, struct flow *flow)
{
  u16 port = sk->__sk_common.skc_dport;
  u64 now[2] = {}, before[2];
  if (!port)
    return;
  if (sk->__sk_common.skc_family == AF_INET)
    map_ipv4((u8 *)now, sk->__sk_common.skc_daddr);
  else
    bpf_probe_read_kernel(now, 16, &sk->__sk_common.skc_v6_daddr);
  __builtin_memcpy(before, flow->remote, 16);
  if (port_of(port) != flow->remote_port || now[0] != before[0] || now[1] != before[1])
    read_addresses(sk, flow);
}

/* Numbers of processes come again, and a process goes on under another program after exec. */
static bool owns(const struct flow *flow, struct task_struct *task)
{
  return flow->tgid == task->tgid && flow->owner_execs == task->self_exec_id &&
         flow->owner_start_ns == task->group_leader->start_boottime;
}

static void own(struct flow *flow, struct task_struct *task)
{
  struct task_state *state = bpf_task_storage_get(&states, task, 0, 0);
  if (!state || !state->generation)
    return;
  /* Two may use one socket at once: one of them writes, and the parts belong together. */
  u32 before = flow->tgid;
  if (before == NOBODY_YET || __sync_val_compare_and_swap(&flow->tgid, before, NOBODY_YET) != before)
    return;
  flow->owner = state->identity;
  flow->owner_execs = task->self_exec_id;
  flow->owner_start_ns = task->group_leader->start_boottime;
  barrier();
  flow->tgid = task->tgid;
}
