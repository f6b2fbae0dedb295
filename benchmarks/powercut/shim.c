/* Records, in their order, the calls by which a program changes files below TRUCELINE_SHIM_ROOT.
 *
 *   gcc -O2 -shared -fPIC -o shim.so shim.c -ldl
 *   LD_PRELOAD=./shim.so TRUCELINE_SHIM_ROOT=/dev/shm/x TRUCELINE_SHIM_LOG=/dev/shm/ops program
 *
 * A record: op (1 byte), fd (4), offset (8), lengths of two texts (4, 4), both texts; little-endian.
 * Only calls that succeeded are recorded. One thread, but for syncs, whose record is one write; paths are absolute, as the workload's are. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { OPEN = 1, WRITE, SYNC, RENAME, TRUNCATE, UNLINK, MKDIR, RMDIR };
#define FDS 4096
static char ours[FDS];
static int out = -1;
static const char *root;

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

__attribute__((constructor)) static void begin(void) {
  const char *log = getenv("TRUCELINE_SHIM_LOG");
  root = getenv("TRUCELINE_SHIM_ROOT");
  if (log && root) out = syscall(SYS_openat, AT_FDCWD, log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
}

static int below(const char *path) { return out >= 0 && !strncmp(path, root, strlen(root)); }
static int tracked(int fd) { return out >= 0 && fd >= 0 && fd < FDS && ours[fd]; }

static void put(const void *bytes, size_t count) {
  while (count) {
    long done = syscall(SYS_write, out, bytes, count);
    if (done <= 0) abort();
    bytes = (const char *)bytes + done, count -= done;
  }
}

static void note(uint8_t op, int32_t fd, int64_t offset, const void *a, uint32_t na, const void *b, uint32_t nb) {
  char head[21];
  head[0] = op;
  memcpy(head + 1, &fd, 4), memcpy(head + 5, &offset, 8), memcpy(head + 13, &na, 4), memcpy(head + 17, &nb, 4);
  put(head, sizeof head), put(a, na), put(b, nb);
}

static int opened(int fd, const char *path, int flags) {
  if (fd >= 0 && fd < FDS) {
    ours[fd] = below(path);
    if (ours[fd]) note(OPEN, fd, flags & (O_CREAT | O_TRUNC), path, strlen(path), "", 0);
  }
  return fd;
}

#define MODE va_list list; va_start(list, flags); mode_t mode = va_arg(list, mode_t); va_end(list)
int open(const char *path, int flags, ...) { MODE; return opened(REAL(open)(path, flags, mode), path, flags); }
int open64(const char *path, int flags, ...) { MODE; return opened(REAL(open64)(path, flags, mode), path, flags); }
int openat(int at, const char *path, int flags, ...) { MODE; return opened(REAL(openat)(at, path, flags, mode), path, flags); }
int openat64(int at, const char *path, int flags, ...) { MODE; return opened(REAL(openat64)(at, path, flags, mode), path, flags); }

ssize_t write(int fd, const void *bytes, size_t count) {
  off_t at = tracked(fd) ? lseek(fd, 0, SEEK_CUR) : 0;
  ssize_t done = REAL(write)(fd, bytes, count);
  if (done > 0 && tracked(fd)) note(WRITE, fd, at, bytes, done, "", 0);
  return done;
}
ssize_t pwrite(int fd, const void *bytes, size_t count, off_t at) {
  ssize_t done = REAL(pwrite)(fd, bytes, count, at);
  if (done > 0 && tracked(fd)) note(WRITE, fd, at, bytes, done, "", 0);
  return done;
}
ssize_t pwrite64(int fd, const void *bytes, size_t count, off64_t at) {
  ssize_t done = REAL(pwrite64)(fd, bytes, count, at);
  if (done > 0 && tracked(fd)) note(WRITE, fd, at, bytes, done, "", 0);
  return done;
}
static int synced(int result, int fd) {
  if (!result && tracked(fd)) note(SYNC, fd, 0, "", 0, "", 0);
  return result;
}
int fsync(int fd) { return synced(REAL(fsync)(fd), fd); }
int fdatasync(int fd) { return synced(REAL(fdatasync)(fd), fd); }
static int cut(int result, int fd, int64_t length) {
  if (!result && tracked(fd)) note(TRUNCATE, fd, length, "", 0, "", 0);
  return result;
}
int ftruncate(int fd, off_t length) { return cut(REAL(ftruncate)(fd, length), fd, length); }
int ftruncate64(int fd, off64_t length) { return cut(REAL(ftruncate64)(fd, length), fd, length); }
int rename(const char *from, const char *to) {
  int result = REAL(rename)(from, to);
  if (!result && below(to)) note(RENAME, -1, 0, from, strlen(from), to, strlen(to));
  return result;
}
static int named(int result, int op, const char *path) {
  if (!result && below(path)) note(op, -1, 0, path, strlen(path), "", 0);
  return result;
}
int unlink(const char *path) { return named(REAL(unlink)(path), UNLINK, path); }
int mkdir(const char *path, mode_t mode) { return named(REAL(mkdir)(path, mode), MKDIR, path); }
int rmdir(const char *path) { return named(REAL(rmdir)(path), RMDIR, path); }
