package io.karavel.interop;

import java.io.File;
import java.lang.annotation.ElementType;
import java.lang.annotation.Inherited;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.platform.commons.support.AnnotationSupport;

/**
 * Needs root, network namespaces, /dev/net/tun and the named programs; skipped with the reason
 * where one of them is missing.
 */
@Target({ElementType.TYPE, ElementType.METHOD})
@Retention(RetentionPolicy.RUNTIME)
@Inherited
@ExtendWith(Requires.Condition.class)
public @interface Requires {
  /** Programs that must be on the path, beside ip. */
  String[] value() default {};

  /** Looks whether all is there. */
  final class Condition implements ExecutionCondition {
    @Override
    public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
      String missing =
          context
              .getElement()
              .flatMap(element -> AnnotationSupport.findAnnotation(element, Requires.class))
              .map(requires -> missing(requires.value()))
              .orElse("");
      if (missing.isEmpty()) {
        return ConditionEvaluationResult.enabled("all that it needs is here");
      }
      System.out.println("SKIPPED " + context.getDisplayName() + ": " + missing);
      return ConditionEvaluationResult.disabled(missing);
    }

    private static String missing(String[] programs) {
      if (!new File("/proc/self/ns/net").exists()) {
        return "needs Linux with network namespaces";
      }
      if (!Files.exists(Path.of("/dev/net/tun"))) {
        return "needs /dev/net/tun";
      }
      if (!"root".equals(System.getProperty("user.name"))) {
        return "needs root, to make network namespaces";
      }
      if (!isOnPath("ip")) {
        return "needs the program ip (Debian: iproute2)";
      }
      for (String program : programs) {
        if (!isOnPath(program)) {
          return "needs the program " + program;
        }
      }
      return NetworkNamespace.refusal();
    }

    private static boolean isOnPath(String program) {
      String path = System.getenv().getOrDefault("PATH", "") + ":/usr/sbin:/sbin";
      for (String folder : path.split(":")) {
        if (Files.isExecutable(Path.of(folder, program))) {
          return true;
        }
      }
      return false;
    }
  }
}
