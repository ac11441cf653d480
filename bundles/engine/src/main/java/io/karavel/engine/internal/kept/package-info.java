/** The file in which connections wait while the appliance starts anew. Knows nothing of stacks. */
package io.karavel.engine.internal.kept;
