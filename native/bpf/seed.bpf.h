/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* Finds the connections that were there before the collector, and whose they are. */
#pragma once

#define S_IFMT 0170000
#define S_IFIFO 0010000

static void seed(struct sock *sk, u16 kind, u16 flags)
{
  struct flow_key key = { .cookie = bpf_get_socket_cookie(sk) };
  struct flow *flow = find_flow(&key);
  /* What a later walk meets first is newer than we: nothing was sent over it yet. */
  if (!flow)
    flow = add_flow(sk, &key, kind, flags | (flow_census > 1 ? 0 : FLOW_SEEDED));
  if (!flow)
    return;
  /* Bytes may have made the entry before this walk came by; they do not tell who called. */
  if (!(flow->flags & (FLOW_ACCEPTOR | FLOW_INITIATOR)))
    flow->flags |= flags;
  if (kind == FLOW_UDP)
    follow_peer(sk, flow);
  flow->census = flow_census;
}

SEC("iter/tcp")
int read_tcp(struct bpf_iter__tcp *context)
{
  struct sock_common *common = context->sk_common;
  if (!common)
    return 0;
  struct listener_key key = { .net = namespace_of((struct sock *)common),
                              .port = common->skc_num };
  u32 listens = 1;
  /* Listening sockets come before the others. */
  if (common->skc_state == TCP_LISTEN)
    bpf_map_update_elem(&listeners, &key, &listens, BPF_ANY);
  if (common->skc_state != TCP_ESTABLISHED)
    return 0;
  u16 role = bpf_map_lookup_elem(&listeners, &key) ? FLOW_ACCEPTOR : FLOW_INITIATOR;
  seed((struct sock *)common, FLOW_TCP, role);
  return 0;
}

SEC("iter/udp")
int read_udp(struct bpf_iter__udp *context)
{
  struct udp_sock *socket = context->udp_sk;
  if (socket)
    seed((struct sock *)socket, FLOW_UDP, 0);
  return 0;
}

SEC("iter/unix")
int read_unix(struct bpf_iter__unix *context)
{
  struct unix_sock *socket = context->unix_sk;
  if (socket && BPF_CORE_READ(socket, peer))
    seed((struct sock *)socket, FLOW_UNIX, 0);
  return 0;
}

/* The walks over sockets know the network namespace of who reads them alone; descriptors know all. */
static void seed_from_file(struct sock *sk)
{
  u16 kind = flow_kind(sk);
  u8 state = BPF_CORE_READ(sk, __sk_common.skc_state);
  struct listener_key key = { .net = namespace_of(sk),
                              .port = BPF_CORE_READ(sk, __sk_common.skc_num) };
  u32 listens = 1;
  u16 role = 0;
  if (kind == FLOW_TCP && state == TCP_LISTEN)
    bpf_map_update_elem(&listeners, &key, &listens, BPF_ANY);
  if (!kind || (kind == FLOW_TCP && state != TCP_ESTABLISHED) ||
      (kind == FLOW_UNIX && !BPF_CORE_READ((struct unix_sock *)sk, peer)))
    return;
  if (kind == FLOW_TCP)
    role = bpf_map_lookup_elem(&listeners, &key) ? FLOW_ACCEPTOR : FLOW_INITIATOR;
  seed(sk, kind, role);
}

/* Whose descriptors they are. Sockets get an owner where they have none; pipes are handed out. */
SEC("iter/task_file")
int read_files(struct bpf_iter__task_file *context)
{
  struct task_struct *task = context->task;
  struct file *file = context->file;
  if (!task || !file || task->pid != task->tgid)
    return 0;
  struct inode *inode = BPF_CORE_READ(file, f_inode);
  struct pipe_inode_info *pipe = BPF_CORE_READ(inode, i_pipe);
  if ((BPF_CORE_READ(inode, i_mode) & S_IFMT) == S_IFIFO && pipe) {
    struct task_state *state = bpf_task_storage_get(&states, task, 0, 0);
    if (!state || !state->generation)
      return 0;
    struct pipe_record record = {
      .kind = RECORD_PIPE,
      .ends = BPF_CORE_READ(file, f_mode) & 3, /* FMODE_READ, FMODE_WRITE */
      .inode = BPF_CORE_READ(inode, i_ino),
      .device = BPF_CORE_READ(inode, i_sb, s_dev),
      .tgid = task->tgid,
      .filled = BPF_CORE_READ(pipe, head),
      .owner = state->identity,
    };
    bpf_seq_write(context->meta->seq, &record, sizeof(record));
    return 0;
  }
  struct socket *socket = bpf_sock_from_file(file);
  struct sock *sk = socket ? socket->sk : 0;
  if (!sk)
    return 0;
  struct flow_key key = { .cookie = bpf_get_socket_cookie(sk) };
  seed_from_file(sk);
  struct flow *flow = find_flow(&key);
  /* Amid an exec its number says the new program, and what it counts by the old one. */
  if (flow && !flow->tgid && !in_exec(task))
    own(flow, task);
  return 0;
}
