package io.karavel.itests;

import static org.junit.Assert.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import javax.inject.Inject;
import org.apache.karaf.features.BootFinished;
import org.apache.karaf.shell.api.console.SessionFactory;
import org.junit.Test;
import org.junit.runner.RunWith;
import org.ops4j.pax.exam.Option;
import org.ops4j.pax.exam.junit.PaxExam;
import org.ops4j.pax.exam.spi.reactors.ExamReactorStrategy;
import org.ops4j.pax.exam.spi.reactors.PerClass;
import org.osgi.framework.FrameworkUtil;
import org.osgi.service.cm.Configuration;
import org.osgi.service.cm.ConfigurationAdmin;

/** Devices and interfaces come, change and go while the appliance runs, by any of three doors. */
@RunWith(PaxExam.class)
@ExamReactorStrategy(PerClass.class)
public class DevicesIT {
  private static final String CABLE = "io.karavel.nic.memory";
  private static final String INTERFACE = "io.karavel.ip.interface";

  @Inject private ConfigurationAdmin admin;
  @Inject private SessionFactory sessions;
  @Inject private BootFinished bootFinished;

  @org.ops4j.pax.exam.Configuration
  public static Option[] appliance() {
    return Distribution.options();
  }

  @Test
  public void byConfigAdmin() throws Exception {
    Configuration cable = create(CABLE, "cable7", Map.of("leftDevice", "l7", "rightDevice", "r7"));
    Configuration main =
        create(INTERFACE, "main7", Map.of("device", "l7", "addresses", "10.97.7.2/24"));
    Configuration host =
        create(
            INTERFACE,
            "host7",
            Map.of("stack", "host", "device", "r7", "addresses", "10.97.7.1/24"));
    expectAnswer("10.97.7.1");
    expect("nic:list", "l7", true);

    main.update(
        FrameworkUtil.asDictionary(
            Map.of("device", "l7", "addresses", "10.97.7.2/24, 10.97.8.2/24")));
    expect("ip:address-list", "10.97.8.2", true);
    expectAnswer("10.97.7.1");

    cable.update(
        FrameworkUtil.asDictionary(
            Map.of("leftDevice", "l7", "rightDevice", "r7", "lossPercent", "100")));
    Poll.until("nothing passes a cable that loses everything", this::lost, lost -> lost);
    cable.update(FrameworkUtil.asDictionary(Map.of("leftDevice", "l7", "rightDevice", "r7")));
    expectAnswer("10.97.7.1");

    cable.delete();
    Poll.until(
        "the interface has lost its device",
        () -> console().run("nic:list"),
        list -> list.lines().anyMatch(line -> line.startsWith("l7") && line.contains("absent")));
    main.delete();
    host.delete();
    expect("nic:list", "l7", false);
    expect("ip:address-list", "10.97.7.2", false);
    expectAnswer("10.77.0.1");
  }

  private boolean lost() throws Exception {
    try {
      return console().run("ip:ping -c 1 -W 0.3 10.97.7.1").contains("100");
    } catch (Exception e) {
      return true;
    }
  }

  @Test
  public void byFile() throws Exception {
    Path cable = file(CABLE + "-cable8", "leftDevice = l8\nrightDevice = r8\n");
    Path main = file(INTERFACE + "-main8", "device = l8\naddresses = 10.96.8.2/24\n");
    Path host = file(INTERFACE + "-host8", "stack = host\ndevice = r8\naddresses = 10.96.8.1/24\n");
    expectAnswer("10.96.8.1");
    for (Path file : new Path[] {host, main, cable}) {
      Files.delete(file);
    }
    expect("nic:list", "l8", false);
    expect("ip:address-list", "10.96.8.2", false);
  }

  @Test
  public void byTheShell() throws Exception {
    edit(CABLE, "cable9", "leftDevice=l9", "rightDevice=r9");
    edit(INTERFACE, "main9", "device=l9", "addresses=10.95.9.2/24");
    edit(INTERFACE, "host9", "stack=host", "device=r9", "addresses=10.95.9.1/24");
    expectAnswer("10.95.9.1");
    for (String name : new String[] {"host9", "main9", "cable9"}) {
      Configuration[] found =
          admin.listConfigurations("(felix.fileinstall.filename=*-" + name + ".cfg)");
      assertTrue("one configuration of " + name, found != null && found.length == 1);
      console().run("config:delete " + found[0].getPid());
    }
    expect("nic:list", "l9", false);
    expect("ip:address-list", "10.95.9.2", false);
  }

  private void edit(String factory, String name, String... pairs) throws Exception {
    StringBuilder command = new StringBuilder(128);
    command.append("config:edit --factory --alias ").append(name).append(' ').append(factory);
    for (String pair : pairs) {
      command.append("; config:property-set ").append(pair.replaceFirst("=", " "));
    }
    console().run(command.append("; config:update").toString());
  }

  private Configuration create(String factory, String name, Map<String, String> values)
      throws Exception {
    Configuration configuration = admin.getFactoryConfiguration(factory, name, "?");
    configuration.update(FrameworkUtil.asDictionary(Map.<String, Object>copyOf(values)));
    return configuration;
  }

  private static Path file(String name, String text) throws Exception {
    Path file = Path.of(System.getProperty("karaf.etc"), name + ".cfg");
    Files.writeString(file, text);
    return file;
  }

  private void expectAnswer(String address) throws Exception {
    Poll.until(
        address + " answers",
        () -> console().run("ip:ping -c 1 -W 1 " + address),
        output -> output.contains("1 received") || output.contains(" 0%"));
  }

  private void expect(String command, String text, boolean there) throws Exception {
    Poll.until(
        command + (there ? " shows " : " no longer shows ") + text,
        () -> console().run(command),
        output -> output.contains(text) == there);
  }

  private Console console() {
    return new Console(sessions);
  }
}
