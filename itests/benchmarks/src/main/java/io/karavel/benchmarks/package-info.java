/** JMH benchmarks, and throughput, latency and memory against the kernel. */
package io.karavel.benchmarks;
