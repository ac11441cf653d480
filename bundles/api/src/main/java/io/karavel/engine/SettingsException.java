package io.karavel.engine;

import java.util.List;

/** A configuration that is refused as a whole; says which keys are wrong and what is allowed. */
public class SettingsException extends Exception {
  private static final long serialVersionUID = 1L;

  private final String pid;
  private final transient List<String> problems;

  /** With one sentence per problem, each naming key, value and range. */
  public SettingsException(String pid, List<String> problems) {
    super(pid + ": " + String.join("; ", problems));
    this.pid = pid;
    this.problems = List.copyOf(problems);
  }

  /** The PID. */
  public String pid() {
    return pid;
  }

  /** One sentence per problem. */
  public List<String> problems() {
    return problems;
  }
}
