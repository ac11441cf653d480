package io.karavel.control;

import java.util.List;

/**
 * What an experiment of the laboratory showed.
 *
 * @param lost how often the message was lost
 * @param ending "arrived", "gave up", "closed", "time", "interrupted"
 * @param steps what happened, in order
 */
public record LossReport(int lost, String ending, List<Step> steps) {
  /**
   * One step.
   *
   * @param happenedNanos when, from the first loss on
   * @param predictedNanos when it was predicted; -1 if it was not
   * @param what in words
   */
  public record Step(long happenedNanos, long predictedNanos, String what) {}
}
