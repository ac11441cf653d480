/**
 * Loss recovery: RFC 8985 (RACK-TLP), 9937 (PRR), 5682 (F-RTO), 6298, 3522; and how much gets
 * through.
 */
package io.karavel.scripts.recovery;
