/**
 * JMH benchmarks of single parts: what a segment costs in each of them, and how that grows with
 * what is already there. Run one with {@code java -cp target/classes:$(cat target/classpath)
 * org.openjdk.jmh.Main NAME}.
 */
package io.karavel.benchmarks.jmh;
