/** Tests of stacks and of who gets what. */
package io.karavel.engine.internal.stack;
