// Preloaded into a process whose kernel is to misbehave: the package's io_uring calls go through
// libc's syscall(), which this stands in front of. Calls of Node itself, whose event loop has a ring of
// its own since Node 22 and does not survive its failure, are passed on. URING_FAULT says how:
//   CALL ERRNO FROM COUNT   calls number FROM to FROM + COUNT - 1 of setup, enter or register fail
//   enter every ERRNO N     every Nth enter fails
//   enter partial N         no enter takes more than N entries
//   setup without BITS      a new ring says that it has not these features
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SETUP = 425, ENTER = 426, REGISTER = 427, ARGUMENTS = 6 };
// the word of struct io_uring_params that holds the features
enum { FEATURES = 5 };

static long counts[3];

/* Whether the code at this address is an addon's, not the program's. */
static int from_addon(const void *address) {
  Dl_info info;
  if (dladdr(address, &info) == 0 || info.dli_fname == NULL) return 0;
  const char *end = strrchr(info.dli_fname, '.');
  return end != NULL && strcmp(end, ".node") == 0;
}

static int fails(const char *fault, long number, long *arguments) {
  char call[16];
  long error = 0, from = 0, count = 0;
  if (number < SETUP || number > REGISTER) return 0;
  static const char *const names[] = {"setup", "enter", "register"};
  if (sscanf(fault, "%15s", call) != 1 || strcmp(call, names[number - SETUP]) != 0) return 0;
  long nth = ++counts[number - SETUP];
  fault += strlen(call) + 1;
  if (sscanf(fault, "partial %ld", &count) == 1) {
    if (arguments[1] > count) arguments[1] = count;
    return 0;
  }
  if (sscanf(fault, "every %ld %ld", &error, &count) == 2) return nth % count == 0 ? (int)error : 0;
  if (sscanf(fault, "%ld %ld %ld", &error, &from, &count) != 3) return 0;
  return nth >= from && nth < from + count ? (int)error : 0;
}

long syscall(long number, ...) {
  static long (*real)(long, ...);
  if (real == NULL) *(void **)&real = dlsym(RTLD_NEXT, "syscall");
  long arguments[ARGUMENTS];
  va_list list;
  va_start(list, number);
  for (int index = 0; index < ARGUMENTS; index++) arguments[index] = va_arg(list, long);
  va_end(list);
  const char *fault = from_addon(__builtin_return_address(0)) ? getenv("URING_FAULT") : NULL;
  int error = fault == NULL ? 0 : fails(fault, number, arguments);
  if (error != 0) return errno = error, -1;
  unsigned without = 0;
  long answer = real(number, arguments[0], arguments[1], arguments[2], arguments[3], arguments[4], arguments[5]);
  if (number == SETUP && fault != NULL && sscanf(fault, "setup without %u", &without) == 1)
    ((unsigned *)arguments[1])[FEATURES] &= ~without;
  return answer;
}
