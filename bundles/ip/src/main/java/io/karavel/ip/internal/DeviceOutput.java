package io.karavel.ip.internal;

import io.karavel.engine.DropReason;
import io.karavel.nic.DeviceCapabilities;
import io.karavel.nic.NetworkDevice;
import io.karavel.packet.PacketBuffer;

/**
 * The last step down: does in software what the device cannot (segmentation, checksum), then hands
 * the frame over. While the slot of the device is empty frames wait in its parking, finished, since
 * nobody knows what the next driver can do.
 */
final class DeviceOutput {
  private final IpLane lane;
  private final Segmenter segmenter;

  DeviceOutput(IpLane lane) {
    this.lane = lane;
    segmenter = new Segmenter(lane.packets);
  }

  /** Sends a frame, or a bare packet, by the device of an interface. */
  void transmit(LinkInterface link, PacketBuffer frame) {
    if (!link.enabled() || link.device == null || !link.deviceKnown) {
      lane.counters.outDiscards.increment();
      lane.drop(frame, DropReason.IP_INTERFACE_DOWN);
      return;
    }
    frame.interfaceIndex(link.index);
    NetworkDevice driver = link.driver();
    DeviceCapabilities capabilities = driver == null ? null : driver.capabilities();
    boolean checksums = capabilities != null && capabilities.transmitChecksum();
    if (frame.segmentationType() != PacketBuffer.SEGMENTATION_NONE) {
      int packetBytes = frame.length() - (frame.networkOffset() - frame.offset());
      if (capabilities == null || packetBytes > capabilities.segmentationBytes()) {
        segment(link, driver, frame, checksums);
        return;
      }
    }
    if (!checksums && frame.checksumState() == PacketBuffer.CHECKSUM_PARTIAL) {
      lane.counters.outChecksummed.increment();
      ChecksumCompletion.complete(frame);
    }
    hand(link, driver, frame);
  }

  private void segment(
      LinkInterface link, NetworkDevice driver, PacketBuffer frame, boolean checksums) {
    lane.counters.outSegmented.increment();
    segmenter.begin(frame);
    for (PacketBuffer packet = segmenter.next(checksums);
        packet != null;
        packet = segmenter.next(checksums)) {
      lane.counters.outSegments.increment();
      hand(link, driver, packet);
    }
    frame.release();
  }

  private static void hand(LinkInterface link, NetworkDevice driver, PacketBuffer frame) {
    if (driver == null) {
      link.device.park(frame);
    } else {
      driver.transmit(frame);
    }
  }
}
