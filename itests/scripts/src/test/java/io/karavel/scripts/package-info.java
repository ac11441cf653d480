/**
 * Packet scripts for whole stacks, chapter by chapter after the page on TCP's behaviour: what
 * applications ask for, opening, closing, the seven messages lost, data and its acknowledgement,
 * parameters changed live; and whole transfers and lives over bad cables.
 *
 * <p>Scripts are written from the page and the RFCs, not from what the code does. {@code
 * target/rfc-coverage.md} lists the requirements that they name.
 */
package io.karavel.scripts;
