package io.karavel.testkit;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Names the requirements that a test covers: {@code @Rfc("9293 MUST-10")}, {@code @Rfc("6298
 * 5.7")}. {@link RfcTable} makes a table of them.
 */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target({ElementType.METHOD, ElementType.TYPE})
public @interface Rfc {
  /** Number of the RFC, a blank, and the requirement by its number, or a section. */
  String[] value();
}
