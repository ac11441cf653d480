package io.karavel.control;

/** The seven messages of a connection's opening and closing, as the laboratory loses them. */
public enum LostMessage {
  /** The first message of the opening. */
  SYN("syn"),
  /** The answer to it. */
  SYN_ACK("syn-ack"),
  /** The bare acknowledgement that completes the opening. */
  ACK("ack"),
  /** The FIN of whoever closes first. */
  FIN1("fin1"),
  /** What acknowledges the first FIN without being a FIN itself. */
  FIN1_ACK("fin1-ack"),
  /** The FIN of the other end. */
  FIN2("fin2"),
  /** What acknowledges the second FIN. */
  FIN2_ACK("fin2-ack");

  private final String word;

  LostMessage(String word) {
    this.word = word;
  }

  /** How it is written in commands. */
  public String word() {
    return word;
  }

  /**
   * Reads the word.
   *
   * @throws IllegalArgumentException naming the words there are
   */
  public static LostMessage parse(String word) {
    StringBuilder words = new StringBuilder();
    for (LostMessage message : values()) {
      if (message.word.equals(word)) {
        return message;
      }
      words.append(words.isEmpty() ? "" : ", ").append(message.word);
    }
    throw new IllegalArgumentException("message '" + word + "' is not one of the seven: " + words);
  }
}
