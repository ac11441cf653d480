package io.karavel.interop;

import io.karavel.engine.KeepaliveSettings;
import io.karavel.engine.ModuleFactory;
import io.karavel.engine.SettingsException;
import io.karavel.tcp.TcpSettings;
import io.karavel.tcp.internal.TcpModuleFactory;
import io.karavel.timer.internal.KeepaliveModuleFactory;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The settings of TCP and of keepalive of a {@link StackMain}, changed live as Config Admin would.
 */
final class LiveSettings {
  private final Map<String, Object> tcpKeys = new ConcurrentHashMap<>();
  private final Map<String, Object> keepaliveKeys = new LinkedHashMap<>();
  private TcpModuleFactory tcp;
  private KeepaliveModuleFactory keepalive;

  /** Keys of TCP's settings stand behind {@code tcp.}; others are not for here. */
  LiveSettings(Map<String, String> settings) {
    settings.forEach(
        (key, value) -> {
          if (key.startsWith("tcp.")) {
            tcpKeys.put(key.substring(4), value);
          }
        });
  }

  /** A factory of TCP with the settings that are in force; it follows them from now on. */
  ModuleFactory newTcp() {
    try {
      tcp = new TcpModuleFactory(TcpSettings.parse(tcpKeys));
      return tcp;
    } catch (SettingsException e) {
      throw new IllegalArgumentException(e.getMessage(), e);
    }
  }

  /** Likewise of keepalive. */
  ModuleFactory newKeepalive() {
    try {
      keepalive = new KeepaliveModuleFactory(KeepaliveSettings.parse(keepaliveKeys));
      return keepalive;
    } catch (SettingsException e) {
      throw new IllegalArgumentException(e.getMessage(), e);
    }
  }

  /** What rules in TCP now. */
  TcpSettings tcpInForce() {
    try {
      return TcpSettings.parse(tcpKeys);
    } catch (SettingsException e) {
      throw new IllegalStateException(e);
    }
  }

  /** "config tcp|keepalive KEY=VALUE …". */
  void set(String[] words) throws SettingsException {
    Map<String, Object> keys = words[1].equals("tcp") ? tcpKeys : keepaliveKeys;
    for (int i = 2; i < words.length; i++) {
      int at = words[i].indexOf('=');
      keys.put(words[i].substring(0, at), words[i].substring(at + 1));
    }
    if (words[1].equals("tcp")) {
      tcp.settings(TcpSettings.parse(tcpKeys));
    } else {
      keepalive.settings(KeepaliveSettings.parse(keepaliveKeys));
    }
  }
}
