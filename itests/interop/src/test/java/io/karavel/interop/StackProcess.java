package io.karavel.interop;

/** A stack in a JVM of its own inside a namespace; {@link StackMain} lists what it can be asked. */
public final class StackProcess extends LineProcess {
  /** The stack's address unless told otherwise. */
  public static final String ADDRESS = "10.77.0.2";

  /** The kernel's address unless told otherwise. */
  public static final String HOST_ADDRESS = "10.77.0.1";

  private StackProcess(NetworkNamespace namespace, String... settings) {
    super(namespace, StackMain.class, settings);
  }

  /**
   * Starts a stack and waits until it serves.
   *
   * @param settings of the stack, as {@link StackMain} knows them: {@code address=10.77.0.2/24},
   *     and any key of the TAP's settings: {@code mode=tun}, {@code offloads=false}, {@code
   *     mtu=9000}, {@code hostAddress=} …, any key of TCP's settings behind {@code tcp.}
   */
  public static StackProcess start(NetworkNamespace namespace, String... settings) {
    StackProcess stack = new StackProcess(namespace, settings);
    stack.ask("ready");
    return stack;
  }
}
