package io.karavel.testkit.successors;

import io.karavel.engine.ModuleFactory;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Dictionary;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceRegistration;

/**
 * Inside of a bundle with a defect: the bundle's component calls {@link #registerService} in place
 * of its context's method. Which defect it is stands in the file {@link #DEFECT} of the bundle.
 */
public final class BadBundle {
  /** The file with the name of the defect, as {@link #with} knows it. */
  public static final String DEFECT = "META-INF/defect";

  /** The port of the echo. */
  private static final int ECHO = 7;

  /** The port of the stack main that a test closes connections of, in the same moment as a peer. */
  private static final int CLOSING = 81;

  /** The port of the stack main with a connection on which little is said. */
  private static final int TALK = 82;

  private BadBundle() {}

  /** Registers the service, a factory of modules with the defect. */
  public static ServiceRegistration<?> registerService(
      BundleContext context, Class<?> type, Object service, Dictionary<String, ?> properties) {
    Object registered =
        service instanceof ModuleFactory factory ? with(defect(), factory) : service;
    return context.registerService(type.getName(), registered, properties);
  }

  private static String defect() {
    try (InputStream in = BadBundle.class.getClassLoader().getResourceAsStream(DEFECT)) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A factory with a defect. */
  static ModuleFactory with(String defect, ModuleFactory usual) {
    String[] words = defect.split(" ");
    if (words[0].equals("shy")) {
      return BadSuccessors.shy(usual, with(defect.substring(words[0].length() + 1), usual));
    }
    return switch (words[0]) {
      case "create" -> BadSuccessors.throwsOnCreate(usual);
      case "call" -> BadSuccessors.throwing(usual, words[1], Integer.parseInt(words[2]));
      case "late" -> BadSuccessors.throwsAfterTwoSeconds(usual);
      case "version" -> BadSuccessors.readsLaterStateOnly(usual);
      case "forgets" -> BadSuccessors.forgets(usual);
      case "wire" -> new TamperedTcp(usual, () -> tampering(words[1]));
      default -> throw new IllegalArgumentException("no defect " + defect);
    };
  }

  private static TamperedTcp.Tampering tampering(String name) {
    return switch (name) {
      case "closingAcknowledgesTooMuch" -> Tampers.closingAcknowledgesTooMuch();
      case "closingAcknowledgesTooLittle" -> Tampers.closingAcknowledgesTooLittle();
      case "takesAcknowledgementsBack" -> Tampers.takesAcknowledgementsBack();
      case "acknowledgesAHole" -> Tampers.acknowledgesAHole();
      case "neverSendsAgain" -> Tampers.neverSendsAgain(ECHO);
      case "losesItsTimers" -> Tampers.losesItsTimers();
      case "isSilentAtAShutWindow" -> Tampers.isSilentAtAShutWindow();
      case "spoilsWhatArrives" -> Tampers.spoilsWhatArrives();
      case "dropsAByteAtTheWrap" -> Tampers.dropsAByteAtTheWrap();
      case "sendsOtherBytesAgain" -> Tampers.sendsOtherBytesAgain();
      case "hasWrongChecksums" -> Tampers.hasWrongChecksums();
      case "resets" -> Tampers.resets(CLOSING);
      case "isDeaf" -> Tampers.isDeafTo(TALK);
      case "repeatsEverything" -> Tampers.repeatsEverything();
      default -> throw new IllegalArgumentException("no defect " + name);
    };
  }
}
