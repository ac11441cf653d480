package io.karavel.interop;

import java.util.List;

/**
 * How a command ended.
 *
 * @param command the command
 * @param exit its exit status
 * @param output what it wrote, both streams
 */
public record CommandResult(List<String> command, int exit, String output) {
  /** The output, if the command succeeded. */
  public String orFail() {
    if (exit != 0) {
      throw new AssertionError(
          String.join(" ", command) + " ended with " + exit + ":\n" + output.strip());
    }
    return output;
  }

  /** The output in lines. */
  public List<String> lines() {
    return output.lines().toList();
  }
}
