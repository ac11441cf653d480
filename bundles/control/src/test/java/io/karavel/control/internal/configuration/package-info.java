/** Changes of the configuration as a whole. */
package io.karavel.control.internal.configuration;
