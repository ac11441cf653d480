package io.karavel.timer.internal;

import io.karavel.engine.CloseReason;
import io.karavel.engine.Handover;
import io.karavel.engine.HandoverException;
import io.karavel.engine.HandoverReader;
import io.karavel.engine.HandoverWriter;
import io.karavel.engine.KeepaliveSettings;
import io.karavel.engine.LaneContext;
import io.karavel.engine.Module;
import io.karavel.engine.StatedKeepalive;
import io.karavel.engine.TakesSettings;
import io.karavel.engine.UnknownFields;

/** The keepalive policy that the configuration states: the same for every connection. */
final class SettingsKeepalivePolicy implements Module, StatedKeepalive, TakesSettings {
  private static final int VERSION = 1;
  private static final int TAG_REVISION = 1;

  private final LaneContext context;
  private final KeepaliveModuleFactory factory;
  private KeepaliveSettings settings;
  private int revision = 1;

  /** Whether the revision is still the predecessor's, because nobody has asked yet. */
  private boolean successor;

  /** Fields of a later version, kept for the way back to it. */
  private final UnknownFields unknown = new UnknownFields();

  SettingsKeepalivePolicy(
      LaneContext context, KeepaliveModuleFactory factory, KeepaliveSettings settings) {
    this.context = context;
    this.factory = factory;
    this.settings = settings;
  }

  @Override
  public void open(Handover kept) throws HandoverException {
    HandoverReader reader = kept.reader();
    while (reader.next()) {
      if (reader.tag() == TAG_REVISION) {
        revision = reader.intValue();
        successor = true;
      } else {
        unknown.add(reader);
      }
    }
    settings = factory.opened(this, context);
  }

  @Override
  public Handover export() {
    HandoverWriter writer = new HandoverWriter(SLOT, VERSION).putInt(TAG_REVISION, revision);
    unknown.export(writer);
    return writer.finish();
  }

  @Override
  public void close(CloseReason reason) {
    factory.closed(this);
  }

  @Override
  public KeepaliveSettings settings() {
    return settings;
  }

  void settings(KeepaliveSettings newSettings) {
    settings = newSettings;
    revision++;
  }

  @Override
  public int takenBy(Object its) {
    return context.configured() && !its.equals(settings) ? NOT_YET : 0;
  }

  @Override
  public int revision() {
    if (successor) {
      // what connections learnt from the predecessor is stale
      successor = false;
      revision++;
    }
    return revision;
  }
}
