/** Flow both ways: acknowledgements, windows, buffers, small segments, hostile senders. */
package io.karavel.scripts.flow;
