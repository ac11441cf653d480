package io.karavel.shell.internal;

import io.karavel.control.Masking;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadInfo;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Dictionary;
import java.util.Map;
import java.util.TreeMap;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.FrameworkUtil;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.service.cm.Configuration;
import org.osgi.service.cm.ConfigurationAdmin;

/** The files of a support archive that no command prints. */
final class SupportFiles {
  private final ServiceLookup services;
  private final BundleContext context;

  SupportFiles(ServiceLookup services, BundleContext context) {
    this.services = services;
    this.context = context;
  }

  /** Every thread with its whole stack and what it waits for. */
  static String threads() {
    StringBuilder text = new StringBuilder(1 << 16);
    for (ThreadInfo thread : ManagementFactory.getThreadMXBean().dumpAllThreads(true, true)) {
      text.append('"').append(thread.getThreadName()).append("\" #").append(thread.getThreadId());
      text.append(' ').append(thread.getThreadState());
      if (thread.getLockName() != null) {
        text.append(" on ").append(thread.getLockName());
        if (thread.getLockOwnerName() != null) {
          text.append(" owned by \"").append(thread.getLockOwnerName()).append('"');
        }
      }
      text.append('\n');
      for (StackTraceElement frame : thread.getStackTrace()) {
        text.append("    at ").append(frame).append('\n');
      }
      text.append('\n');
    }
    return text.toString();
  }

  /** The properties of the JVM and its memory. */
  static String system() {
    StringBuilder text = new StringBuilder(1 << 14);
    text.append("heap ").append(ManagementFactory.getMemoryMXBean().getHeapMemoryUsage());
    text.append('\n');
    text.append("arguments ")
        .append(ManagementFactory.getRuntimeMXBean().getInputArguments())
        .append("\n\n");
    new TreeMap<>(ManagementFactory.getRuntimeMXBean().getSystemProperties())
        .forEach((key, value) -> line(text, key, value));
    return text.toString();
  }

  /** Every bundle with its state. */
  String bundles() {
    StringBuilder text = new StringBuilder(1 << 14);
    for (Bundle bundle : context.getBundles()) {
      text.append(bundle.getBundleId())
          .append('\t')
          .append(bundle.getState() == Bundle.ACTIVE ? "active" : "state " + bundle.getState())
          .append('\t')
          .append(bundle.getSymbolicName())
          .append('\t')
          .append(bundle.getVersion())
          .append('\n');
    }
    return text.toString();
  }

  /** Every configuration by PID, secrets masked. */
  Map<String, String> configurations() throws IOException {
    Map<String, String> texts = new TreeMap<>();
    ConfigurationAdmin admin = services.find(ConfigurationAdmin.class).orElse(null);
    Configuration[] all;
    try {
      all = admin == null ? null : admin.listConfigurations(null);
    } catch (InvalidSyntaxException e) {
      throw new IllegalStateException("no filter was given", e);
    }
    if (all != null) {
      for (Configuration configuration : all) {
        Dictionary<String, Object> properties = configuration.getProperties();
        if (properties != null) {
          StringBuilder text = new StringBuilder(1 << 10);
          new TreeMap<>(FrameworkUtil.asMap(properties))
              .forEach((key, value) -> line(text, key, value));
          texts.put(configuration.getPid().replaceAll("[^\\w.~-]", "_"), text.toString());
        }
      }
    }
    return texts;
  }

  private static void line(StringBuilder text, String key, Object value) {
    text.append(key).append(" = ").append(Masking.value(key, value)).append('\n');
  }

  /** The end of a file, whole lines. */
  static String tail(Path file, long mostBytes) throws IOException {
    if (!Files.isReadable(file) || mostBytes == 0) {
      return "";
    }
    try (RandomAccessFile open = new RandomAccessFile(file.toFile(), "r")) {
      long from = Math.max(0, open.length() - mostBytes);
      open.seek(from);
      byte[] bytes = new byte[(int) (open.length() - from)];
      open.readFully(bytes);
      String text = new String(bytes, StandardCharsets.UTF_8);
      return from == 0 ? text : text.substring(text.indexOf('\n') + 1);
    }
  }
}
