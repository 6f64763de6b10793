/*
 * Preloaded into a User-Mode Linux of 6.1. It keeps 2 696 bytes of a process's extended registers, which is all that
 * processors had before tiles (AMX). Linux gives a part of them (PTRACE_GETREGSET cuts off), but takes only the whole:
 * arch/x86/kernel/fpu/regset.c, xstateregs_set(). So the guest's part is set with the rest in its initial state.
 */
#define _GNU_SOURCE
#include <elf.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

enum { largest_bytes = 65536, components_at = 512 };

/* Those that lie within the guest's part: up to protection keys, bit 9. */
static const uint64_t guest_components = 0x3ff;

static unsigned char state[largest_bytes] __attribute__((aligned(64)));

static size_t whole_bytes(pid_t pid) {
  static size_t known;
  struct iovec whole = {state, largest_bytes};
  if (known == 0 && syscall(SYS_ptrace, PTRACE_GETREGSET, pid, NT_X86_XSTATE, &whole) == 0)
    known = whole.iov_len;
  return known;
}

static long set_part(pid_t pid, const struct iovec *part) {
  struct iovec whole = {state, whole_bytes(pid)};
  if (part->iov_len < components_at + sizeof guest_components || whole.iov_len <= part->iov_len)
    return syscall(SYS_ptrace, PTRACE_SETREGSET, pid, NT_X86_XSTATE, part);
  memset(state, 0, whole.iov_len);
  memcpy(state, part->iov_base, part->iov_len);
  *(uint64_t *)(state + components_at) &= guest_components;
  return syscall(SYS_ptrace, PTRACE_SETREGSET, pid, NT_X86_XSTATE, &whole);
}

/* As ptrace(2) has it: the library's function gives what is peeked at, the system call writes it. */
long ptrace(enum __ptrace_request request, ...) {
  va_list words;
  va_start(words, request);
  pid_t pid = va_arg(words, pid_t);
  void *address = va_arg(words, void *);
  void *data = va_arg(words, void *);
  va_end(words);
  if (request == PTRACE_SETREGSET && (uintptr_t)address == NT_X86_XSTATE) return set_part(pid, data);
  long word;
  int peeks = request == PTRACE_PEEKTEXT || request == PTRACE_PEEKDATA || request == PTRACE_PEEKUSER;
  long result = syscall(SYS_ptrace, request, pid, address, peeks ? &word : data);
  return peeks && result == 0 ? word : result;
}
