package io.karavel.linux;

/** Error numbers of Linux as far as this project meets them (errno(3)). */
public final class Errno {
  /** Operation not permitted. */
  public static final int EPERM = 1;

  /** No such file. */
  public static final int ENOENT = 2;

  /** Interrupted by a signal. */
  public static final int EINTR = 4;

  /** Input/output error; from a TAP: its interface is down. */
  public static final int EIO = 5;

  /** No such device or address. */
  public static final int ENXIO = 6;

  /** Bad file descriptor. */
  public static final int EBADF = 9;

  /** Would block. */
  public static final int EAGAIN = 11;

  /** Out of memory. */
  public static final int ENOMEM = 12;

  /** Permission denied. */
  public static final int EACCES = 13;

  /** Bad address. */
  public static final int EFAULT = 14;

  /** Device or resource busy. */
  public static final int EBUSY = 16;

  /** File exists. */
  public static final int EEXIST = 17;

  /** No such device. */
  public static final int ENODEV = 19;

  /** Invalid argument. */
  public static final int EINVAL = 22;

  /** Too many open files in the process. */
  public static final int EMFILE = 24;

  /** Not a device that takes this ioctl. */
  public static final int ENOTTY = 25;

  /** File descriptor in bad state; from a TAP: its interface was deleted. */
  public static final int EBADFD = 77;

  /** Message too long. */
  public static final int EMSGSIZE = 90;

  /** Operation not supported. */
  public static final int EOPNOTSUPP = 95;

  /** Address in use. */
  public static final int EADDRINUSE = 98;

  /** Cannot assign the address. */
  public static final int EADDRNOTAVAIL = 99;

  /** Network is down. */
  public static final int ENETDOWN = 100;

  /** No buffer space. */
  public static final int ENOBUFS = 105;

  private Errno() {}

  /** Symbol and meaning, as in "EBUSY, device or resource busy"; unknown ones by number. */
  public static String describe(int errno) {
    return switch (errno) {
      case EPERM -> "EPERM, operation not permitted";
      case ENOENT -> "ENOENT, no such file";
      case EINTR -> "EINTR, interrupted by a signal";
      case EIO -> "EIO, input/output error";
      case ENXIO -> "ENXIO, no such device or address";
      case EBADF -> "EBADF, bad file descriptor";
      case EAGAIN -> "EAGAIN, would block";
      case ENOMEM -> "ENOMEM, out of memory";
      case EACCES -> "EACCES, permission denied";
      case EFAULT -> "EFAULT, bad address";
      case EBUSY -> "EBUSY, device or resource busy";
      case EEXIST -> "EEXIST, already exists";
      case ENODEV -> "ENODEV, no such device";
      case EINVAL -> "EINVAL, invalid argument";
      case EMFILE -> "EMFILE, too many open files";
      case ENOTTY -> "ENOTTY, the device does not know this request";
      case EBADFD -> "EBADFD, file descriptor in bad state";
      case EMSGSIZE -> "EMSGSIZE, message too long";
      case EOPNOTSUPP -> "EOPNOTSUPP, operation not supported";
      case EADDRINUSE -> "EADDRINUSE, address in use";
      case EADDRNOTAVAIL -> "EADDRNOTAVAIL, cannot assign the address";
      case ENETDOWN -> "ENETDOWN, network is down";
      case ENOBUFS -> "ENOBUFS, no buffer space";
      default -> "errno " + errno;
    };
  }
}
