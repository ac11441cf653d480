/** The built-in services and the local forwarder. */
package io.karavel.services.internal;
