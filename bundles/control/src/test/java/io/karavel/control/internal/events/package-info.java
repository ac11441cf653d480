/** Tests of the package of the same name. */
package io.karavel.control.internal.events;
