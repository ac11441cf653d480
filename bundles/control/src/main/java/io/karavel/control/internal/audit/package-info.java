/** Records of what people changed, and of what they tried and may not. */
package io.karavel.control.internal.audit;
