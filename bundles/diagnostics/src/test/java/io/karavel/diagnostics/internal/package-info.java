/**
 * Tests of the bundle's parts without a stack; with stacks: itests/scripts, package diagnostics.
 */
package io.karavel.diagnostics.internal;
