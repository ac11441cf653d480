/** The table of bad paths: a wire emulator between two TAPs and the pairs measured through it. */
package io.karavel.benchmarks.bad;
