/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * The kernel's structures as far as the programs here read them. `preserve_access_index` makes
 * every access relocatable (CO-RE): libbpf patches the offsets of the running kernel at load, so
 * order and size of fields do not matter here. `___` variants name what older kernels have.
 */
#pragma once

#include <linux/bpf.h>
#include <stdbool.h>

#include "kernel-abi.h"

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)

struct thread_info {
  unsigned long flags;
  __u32 status;
};

struct sched_entity {
  __u64 sum_exec_runtime;
};

struct kuid {
  __u32 val;
};

struct cred {
  struct kuid uid;
};

struct task_io_accounting {
  __u64 rchar;
  __u64 wchar;
  __u64 syscr;
  __u64 syscw;
  __u64 read_bytes;
  __u64 write_bytes;
};

struct super_block {
  __u32 s_dev;
  unsigned long s_magic;
};

struct timespec64 {
  __s64 tv_sec;
};

struct pipe_inode_info {
  unsigned int head;
};

struct inode {
  __u16 i_mode;
  struct pipe_inode_info *i_pipe;
  struct super_block *i_sb;
  unsigned long i_ino;
  __s64 i_mtime_sec;
};

struct inode___until_6_10 {
  struct timespec64 __i_mtime;
};

struct inode___until_6_6 {
  struct timespec64 i_mtime;
};

struct qstr {
  __u64 hash_len;
  const unsigned char *name;
};

struct dentry {
  struct dentry *d_parent;
  struct qstr d_name;
  struct inode *d_inode;
};

struct vfsmount {
  struct dentry *mnt_root;
};

struct mount {
  struct mount *mnt_parent;
  struct dentry *mnt_mountpoint;
  struct vfsmount mnt;
};

struct path {
  struct vfsmount *mnt;
  struct dentry *dentry;
};

struct file {
  unsigned int f_mode;
  struct path f_path;
  struct inode *f_inode;
};

struct percpu_counter {
  __s64 count;
};

struct mm_struct {
  struct file *exe_file;
  struct percpu_counter rss_stat[4];
};

struct atomic_long {
  long counter;
};

struct mm_rss_stat {
  struct atomic_long count[4];
};

struct mm_struct___until_6_1 {
  struct mm_rss_stat rss_stat;
};

struct kernfs_node {
  struct kernfs_node *__parent;
  const char *name;
  __u64 id;
};

struct kernfs_node___until_6_14 {
  struct kernfs_node *parent;
};

struct cgroup_root {
  int hierarchy_id;
};

struct cgroup {
  int level;
  struct kernfs_node *kn;
  struct cgroup_root *root;
};

struct cgroup_subsys_state {
  struct cgroup *cgroup;
};

struct css_set {
  struct cgroup_subsys_state *subsys[12];
  struct cgroup *dfl_cgrp;
};

struct fdtable {
  unsigned int max_fds;
  unsigned long *open_fds;
};

struct files_struct {
  struct fdtable *fdt;
};

struct atomic_int {
  int counter;
};

struct atomic_s64 {
  __s64 counter;
};

struct signal_struct {
  struct atomic_int live;
};

struct task_struct {
  struct thread_info thread_info;
  unsigned int flags;
  struct sched_entity se;
  struct mm_struct *mm;
  unsigned int in_execve : 1;
  int pid;
  int tgid;
  struct task_struct *real_parent;
  struct task_struct *group_leader;
  unsigned long nvcsw;
  unsigned long nivcsw;
  unsigned long min_flt;
  unsigned long maj_flt;
  __u64 start_boottime;
  __u64 self_exec_id;
  const struct cred *cred;
  char comm[16];
  struct files_struct *files;
  struct signal_struct *signal;
  struct css_set *cgroups;
  struct task_io_accounting ioac;
};

struct address_space {
  struct inode *host;
};

struct page {
  struct address_space *mapping;
  unsigned long compound_head;
};

struct folio;

struct bio_vec {
  struct page *bv_page;
};

struct bvec_iter {
  unsigned int bi_idx;
};

struct bio {
  struct bvec_iter bi_iter;
  struct bio_vec *bi_io_vec;
};

struct gendisk {
  int major;
  int first_minor;
  char disk_name[32];
};

struct request_queue {
  struct gendisk *disk;
};

struct request {
  struct request_queue *q;
  unsigned int cmd_flags;
  struct bio *bio;
};

struct io_uring_task {
  struct task_struct *task;
};

struct io_kiocb {
  struct io_uring_task *tctx;
};

struct io_kiocb___until_6_9 {
  struct task_struct *task;
};

struct ns_common {
  unsigned int inum;
};

struct net {
  struct ns_common ns;
};

typedef struct {
  struct net *net;
} possible_net_t;

struct in6_addr {
  unsigned char bytes___unused;
};

struct sock_common {
  __be32 skc_daddr;
  __be32 skc_rcv_saddr;
  __be16 skc_dport;
  __u16 skc_num;
  unsigned short skc_family;
  unsigned char skc_state;
  possible_net_t skc_net;
  struct in6_addr skc_v6_daddr;
  struct in6_addr skc_v6_rcv_saddr;
  struct atomic_s64 skc_cookie;
};

struct upid {
  int nr;
};

struct pid {
  struct upid numbers[1];
};

struct socket;

struct sock {
  struct sock_common __sk_common;
  unsigned char sk_userlocks : 4;
  struct socket *sk_socket;
  __u16 sk_protocol;
  __u16 sk_type;
  struct pid *sk_peer_pid;
};

struct socket {
  struct sock *sk;
};

struct unix_address;

struct unix_sock {
  struct sock sk;
  struct unix_address *addr;
  struct sock *peer;
};

struct udp_sock;

enum cgroup_subsys_id {
  cgroup_subsys_unused = 0,
  memory_cgrp_id,
  pids_cgrp_id,
};

struct seq_file;

struct bpf_iter_meta {
  struct seq_file *seq;
  __u64 session_id;
  __u64 seq_num;
};

struct bpf_iter__task_file {
  struct bpf_iter_meta *meta;
  struct task_struct *task;
  __u32 fd;
  struct file *file;
};

struct bpf_iter__tcp {
  struct bpf_iter_meta *meta;
  struct sock_common *sk_common;
};

struct bpf_iter__udp {
  struct bpf_iter_meta *meta;
  struct udp_sock *udp_sk;
};

struct bpf_iter__unix {
  struct bpf_iter_meta *meta;
  struct unix_sock *unix_sk;
};

struct bpf_iter__task {
  struct bpf_iter_meta *meta;
  struct task_struct *task;
};

#pragma clang attribute pop
