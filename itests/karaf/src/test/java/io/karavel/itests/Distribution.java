package io.karavel.itests;

import static org.ops4j.pax.exam.CoreOptions.systemTimeout;
import static org.ops4j.pax.exam.CoreOptions.vmOption;
import static org.ops4j.pax.exam.karaf.options.KarafDistributionOption.configureConsole;
import static org.ops4j.pax.exam.karaf.options.KarafDistributionOption.configureSecurity;
import static org.ops4j.pax.exam.karaf.options.KarafDistributionOption.editConfigurationFilePut;
import static org.ops4j.pax.exam.karaf.options.KarafDistributionOption.karafDistributionConfiguration;
import static org.ops4j.pax.exam.karaf.options.KarafDistributionOption.keepRuntimeFolder;
import static org.ops4j.pax.exam.karaf.options.KarafDistributionOption.logLevel;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.ops4j.pax.exam.Option;
import org.ops4j.pax.exam.karaf.options.LogLevelOption.LogLevel;

/** How Pax Exam starts the assembled appliance: unpacked, on free ports, with no network at all. */
final class Distribution {
  /** A flag of the JVM that has an appliance start sooner and work slower; empty for none. */
  static final String QUICK_START = System.getProperty("quick.start", "");

  /** The ports of this JVM's tests so far. */
  private static final Set<Integer> GIVEN = ConcurrentHashMap.newKeySet();

  private Distribution() {}

  /** The options of a test class, followed by its own. */
  static Option[] options(Option... own) {
    List<Option> all = new ArrayList<>(List.of(own));
    all.add(port("io.karavel.services", "forwarderPort"));
    return karaf(System.getProperty("dist.url"), "", all);
  }

  /**
   * A Karaf as Apache ships it, with nothing of ours.
   *
   * @param repositories what it may fetch artifacts from, besides what it brings along
   */
  static Option[] stock(String repositories, Option... own) {
    return karaf(System.getProperty("stock.url"), repositories, List.of(own));
  }

  private static Option[] karaf(String url, String repositories, List<Option> own) {
    String karafVersion = System.getProperty("karaf.version");
    List<Option> options = new ArrayList<>();
    options.add(
        karafDistributionConfiguration()
            .frameworkUrl(url)
            .karafVersion(karafVersion)
            .name("karavel")
            .unpackDirectory(new File("target/exam"))
            .useDeployFolder(false));
    options.add(configureSecurity().disableKarafMBeanServerBuilder());
    options.add(configureConsole().ignoreLocalConsole().ignoreRemoteShell());
    options.add(keepRuntimeFolder());
    options.add(logLevel(LogLevel.INFO));
    options.add(systemTimeout(600_000));
    options.add(
        editConfigurationFilePut(
            "etc/org.ops4j.pax.url.mvn.cfg",
            "org.ops4j.pax.url.mvn.defaultRepositories",
            "${karaf.home.uri}${karaf.default.repository}@id=system.repository@snapshots, "
                + "file:${karaf.data}/kar@id=kar.repository@multi@snapshots, "
                + System.getProperty("exam.repo")));
    options.add(
        editConfigurationFilePut(
            "etc/org.ops4j.pax.url.mvn.cfg", "org.ops4j.pax.url.mvn.repositories", repositories));
    options.add(port("org.apache.karaf.management", "rmiRegistryPort"));
    options.add(port("org.apache.karaf.management", "rmiServerPort"));
    options.add(port("org.apache.karaf.shell", "sshPort"));
    for (String flag : jvmFlags(karafVersion)) {
      options.add(vmOption(flag));
    }
    if (!QUICK_START.isEmpty()) {
      options.add(vmOption(QUICK_START));
    }
    // how large a test is to be
    System.getProperties()
        .forEach(
            (name, value) -> {
              if (name.toString().startsWith("karavel.")) {
                options.add(vmOption("-D" + name + "=" + value));
              }
            });
    options.addAll(own);
    return options.toArray(new Option[0]);
  }

  /** A key of a configuration set to a port that is free now. */
  static Option port(String pid, String key) {
    return editConfigurationFilePut("etc/" + pid + ".cfg", key, Integer.toString(freePort()));
  }

  /**
   * A port that is free now, each time another one. Linux gives the odd ones to who asks for any,
   * and the even ones to who connects, so that no connection takes it before it is used.
   */
  static int freePort() {
    while (true) {
      try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
        if (GIVEN.add(socket.getLocalPort())) {
          return socket.getLocalPort();
        }
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  /** What {@code bin/karaf} passes to the JVM. */
  private static List<String> jvmFlags(String karafVersion) {
    String endorsed = "lib/endorsed/org.apache.karaf.specs.";
    return List.of(
        "-Djava.security.manager=allow",
        "--add-reads=java.xml=java.logging",
        "--add-exports=java.base/org.apache.karaf.specs.locator=java.xml,ALL-UNNAMED",
        "--patch-module",
        "java.base=" + endorsed + "locator-" + karafVersion + ".jar",
        "--patch-module",
        "java.xml=" + endorsed + "java.xml-" + karafVersion + ".jar",
        "--add-opens=java.base/java.security=ALL-UNNAMED",
        "--add-opens=java.base/java.net=ALL-UNNAMED",
        "--add-opens=java.base/java.lang=ALL-UNNAMED",
        "--add-opens=java.base/java.util=ALL-UNNAMED",
        "--add-opens=java.naming/javax.naming.spi=ALL-UNNAMED",
        "--add-opens=java.rmi/sun.rmi.transport.tcp=ALL-UNNAMED",
        "--add-exports=java.base/sun.net.www.protocol.file=ALL-UNNAMED",
        "--add-exports=java.base/sun.net.www.protocol.ftp=ALL-UNNAMED",
        "--add-exports=java.base/sun.net.www.protocol.http=ALL-UNNAMED",
        "--add-exports=java.base/sun.net.www.protocol.https=ALL-UNNAMED",
        "--add-exports=java.base/sun.net.www.protocol.jar=ALL-UNNAMED",
        "--add-exports=java.base/sun.net.www.content.text=ALL-UNNAMED",
        "--add-exports=jdk.xml.dom/org.w3c.dom.html=ALL-UNNAMED",
        "--add-exports=jdk.naming.rmi/com.sun.jndi.url.rmi=ALL-UNNAMED",
        "--add-exports=java.rmi/sun.rmi.registry=ALL-UNNAMED",
        "-classpath",
        "lib/jdk9plus/*" + File.pathSeparator + "lib/boot/*");
  }
}
